using ModelServing.Contracts;

namespace ModelServing.Features.Definitions;

/// <summary>A version of a view. Two versions of one view are two views: each has its own states, and both can be served at once.</summary>
/// <param name="View">The view's name.</param>
/// <param name="Version">The version's number, from 1.</param>
public sealed record ViewId(ViewName View, int Version) : IComparable<ViewId>
{
    /// <summary>The largest version.</summary>
    public const int MaxVersion = ModelVersion.MaxNumber;

    public int CompareTo(ViewId? other) => other is null ? 1
        : View.CompareTo(other.View) is var order and not 0 ? order
        : Version.CompareTo(other.Version);

    public static bool operator <(ViewId left, ViewId right) => left.CompareTo(right) < 0;

    public static bool operator >(ViewId left, ViewId right) => left.CompareTo(right) > 0;

    public static bool operator <=(ViewId left, ViewId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ViewId left, ViewId right) => left.CompareTo(right) >= 0;

    public override string ToString() => $"{View} v{Version}";
}
