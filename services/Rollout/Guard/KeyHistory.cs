namespace ModelServing.Rollout.Guard;

/// <summary>
/// What is known of a routing key when a request with it has failed, and hence in which copies that failure counts: in those that began
/// after the key's previous failure, on either variant. A customer whose every request fails is one failure to each copy, not thousands;
/// else twenty such customers condemned a good version in 2% of ramps.
/// </summary>
/// <remarks>
/// The previous failure comes from <see cref="FailedKeys"/>, or from a map of the same form in a shared cache: read the key's minute,
/// write the failure's, and count the keys in one transaction; then <see cref="From"/>. Where both are asked, <see cref="Later"/> joins the
/// answers.
/// </remarks>
public readonly record struct KeyHistory
{
    /// <summary>The most keys that are remembered for an attempt.</summary>
    public const int MaxKeys = 65_536;

    private KeyHistory(int countsAfter) => CountsAfter = countsAfter;

    /// <summary>The failure counts in the copies that began after this minute; 0 for all.</summary>
    public int CountsAfter { get; }

    /// <summary>The request had no routing key, or its key has not failed before: the failure counts in every copy.</summary>
    public static KeyHistory None => default;

    /// <summary>The map is full and has forgotten keys, so that nobody knows whether this one has failed before. From then on no keyed
    /// failure counts, of neither variant and whether its key is in the map or not: else the two variants would be held to different
    /// rules.</summary>
    public static KeyHistory Forgotten { get; } = new(int.MaxValue);

    /// <summary>The history that a map gives.</summary>
    /// <param name="previousMinute">The minute of the key's previous failure on either variant; null when it is not in the map.</param>
    /// <param name="keys">How many keys the map holds with this one, which it has just been given.</param>
    public static KeyHistory From(int? previousMinute, long keys)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(keys);
        return keys > MaxKeys ? Forgotten : new KeyHistory(Math.Max(previousMinute ?? 0, 0));
    }

    /// <summary>What two maps know together.</summary>
    public KeyHistory Later(KeyHistory other) => CountsAfter >= other.CountsAfter ? this : other;
}
