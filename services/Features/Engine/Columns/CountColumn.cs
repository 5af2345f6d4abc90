using System.Runtime.CompilerServices;

namespace ModelServing.Features.Engine.Columns;

/// <summary>The number of events.</summary>
internal sealed class CountColumn : ArrayColumn<long>
{
    internal override int MaxBytes => StateWriter.MaxVarint;

    internal override void Add(int tile, in EventValue value) => this[tile]++;

    internal override void Write(int tile, ref StateWriter writer) => writer.WriteVarint((ulong)this[tile]);

    internal override void Read(int tile, ref StateReader reader) => this[tile] = Read(ref reader);

    /// <summary>Reads a tile's figure.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static long Read(ref StateReader reader) => reader.ReadCount(long.MaxValue / 4096);
}
