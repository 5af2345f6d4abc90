namespace ModelServing.Features.Engine.Columns;

/// <summary>A column whose figures are in an array, in the order of the tiles. An empty tile has the default.</summary>
internal abstract class ArrayColumn<T> : TileColumn
{
    private T[] items = [];

    internal ReadOnlySpan<T> Range(int from, int to) => items.AsSpan(from, to - from);

    internal override void Grow(int capacity) => Array.Resize(ref items, capacity);

    internal override void Insert(int at, int count)
    {
        // Most tiles are added at the end.
        if (at < count)
            Array.Copy(items, at, items, at + 1, count - at);
        items[at] = default!;
    }

    internal override void RemoveFirst(int removed, int count)
    {
        if (removed < count)
            Array.Copy(items, removed, items, 0, count - removed);
        // An item that is an object is used again by the next state that is read, and must not be in two places then.
        Array.Clear(items, count - removed, removed);
    }

    private protected ref T this[int tile] => ref items[tile];
}
