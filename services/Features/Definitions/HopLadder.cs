namespace ModelServing.Features.Definitions;

/// <summary>The default length of a window's tiles.</summary>
public static class HopLadder
{
    /// <summary>The fewest tiles of a window with a default hop.</summary>
    public const int LeastTiles = 12;

    /// <summary>The most tiles of a window with a default hop.</summary>
    public const int MostTiles = 64;

    // Below this, a coarser hop makes the window noticeably longer than it says.
    private const int EnoughTiles = 24;

    private static readonly TimeSpan[] Hops =
    [
        TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30),
        TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(1), TimeSpan.FromHours(2), TimeSpan.FromHours(6), TimeSpan.FromHours(12),
        TimeSpan.FromDays(1), TimeSpan.FromDays(2), TimeSpan.FromDays(7), TimeSpan.FromDays(30),
    ];

    /// <summary>The longest hop that divides the window into 24 to 64 tiles, otherwise the shortest one that divides it into 12 to 23;
    /// null if no hop fits.</summary>
    public static TimeSpan? Find(TimeSpan window)
    {
        var fitting = Hops.Where(hop => window.Ticks % hop.Ticks == 0 && window / hop is >= LeastTiles and <= MostTiles).ToList();
        return fitting.Count == 0 ? null : fitting.LastOrDefault(hop => window / hop >= EnoughTiles, fitting[0]);
    }
}
