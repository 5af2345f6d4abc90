using System.Globalization;
using System.IO.Hashing;
using System.Text;
using ModelServing.Features.Engine;

namespace ModelServing.Jobs.Features;

/// <summary>A part of all entities. Each entity is in one part, the same for every run and every program.</summary>
/// <param name="Index">The part, from 0.</param>
/// <param name="Count">The number of parts.</param>
internal sealed record EntityShard(int Index, int Count)
{
    /// <summary>The most parts.</summary>
    internal const int Most = 1000;

    /// <summary>The form of a part, for messages.</summary>
    internal const string Form = "I/N, the part from 0 and the number of parts, as in 0/4";

    internal static EntityShard Whole { get; } = new(0, 1);

    /// <summary>Reads <c>I/N</c>; null for another text.</summary>
    internal static EntityShard? Parse(string text) => text.Split('/') is [var index, var count]
        && int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var i)
        && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var n)
        && n is >= 1 and <= Most && i < n
        ? new EntityShard(i, n)
        : null;

    internal bool Contains(EntityKey entity) =>
        Count == 1 || XxHash64.HashToUInt64(Encoding.ASCII.GetBytes(entity.Text)) % (ulong)Count == (ulong)Index;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Index}/{Count}");
}
