-- Mean audio features of the 15 genres with most tracks, by release decade.
with

genres as (
    select
        genre_name,
        row_number() over (
            order by case when genre_key is null then 1 else 0 end, sum(tracks_with_features) desc, genre_name
        ) as place
    from marts.rpt_audio_profile
    group by
        genre_key,
        genre_name
    having sum(tracks_with_features) > 0
)

select
    profile.genre_name,
    profile.release_decade as decade,
    profile.tracks_with_features as tracks,
    profile.danceability,
    profile.energy,
    profile.valence,
    profile.acousticness,
    profile.speechiness,
    profile.instrumentalness,
    profile.liveness,
    profile.tempo,
    profile.loudness
from marts.rpt_audio_profile as profile
inner join genres
    on profile.genre_name = genres.genre_name
where genres.place <= 15 and profile.tracks_with_features > 0
order by
    genres.place,
    profile.release_decade
