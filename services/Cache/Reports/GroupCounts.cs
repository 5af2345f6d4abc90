namespace ModelServing.Cache.Reports;

/// <summary>Numbers of requests by group of clients. The router names a request's group, so that one client's requests can be left out. An
/// immutable value; the counts of several processes add up.</summary>
public sealed class GroupCounts : IEquatable<GroupCounts>
{
    /// <summary>The number of groups, from 0. A request without a group is in none.</summary>
    public const int Groups = 32;

    private readonly long[] counts;

    private GroupCounts(long[] counts) => this.counts = counts;

    public static GroupCounts None { get; } = new(new long[Groups]);

    public long Total => counts.Sum();

    public long this[int group] => counts[group];

    /// <summary>Creates counts of <see cref="Groups"/> groups.</summary>
    public static GroupCounts From(ReadOnlySpan<long> counts)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(counts.Length, Groups);
        return new(counts.ToArray());
    }

    public static GroupCounts operator +(GroupCounts one, GroupCounts other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        return new([.. one.counts.Zip(other.counts, static (a, b) => checked(a + b))]);
    }

    public bool Equals(GroupCounts? other) => other is not null && counts.AsSpan().SequenceEqual(other.counts);

    public override bool Equals(object? obj) => Equals(obj as GroupCounts);

    public override int GetHashCode() => HashCode.Combine(Total);
}
