namespace ModelServing.Features.Engine.Columns;

/// <summary>One figure of every tile of an entity: a count, a sum, and so on. What the events of a tile add up to does not depend on their
/// order.</summary>
internal abstract class TileColumn
{
    /// <summary>The most bytes of one tile's figure.</summary>
    internal abstract int MaxBytes { get; }

    /// <summary>Makes room for a number of tiles.</summary>
    internal abstract void Grow(int capacity);

    /// <summary>Inserts an empty tile.</summary>
    /// <param name="at">Its place.</param>
    /// <param name="count">The number of tiles before.</param>
    internal abstract void Insert(int at, int count);

    /// <summary>Removes the first tiles.</summary>
    /// <param name="removed">How many.</param>
    /// <param name="count">The number of tiles before.</param>
    internal abstract void RemoveFirst(int removed, int count);

    /// <summary>Adds an event to a tile.</summary>
    internal abstract void Add(int tile, in EventValue value);

    /// <summary>Writes a tile's figure.</summary>
    /// <param name="tile">The index of the tile.</param>
    /// <param name="isClosed">Whether no event will be added to it any more.</param>
    /// <param name="writer">Writes the bytes.</param>
    internal abstract void Write(int tile, bool isClosed, ref StateWriter writer);

    /// <summary>Reads a tile's figure in place of the one that is there.</summary>
    /// <param name="tile">The index of the tile.</param>
    /// <param name="isClosed">As the figure was written.</param>
    /// <param name="reader">Reads the bytes.</param>
    /// <exception cref="FeatureStateException">The bytes are not such a figure.</exception>
    internal abstract void Read(int tile, bool isClosed, ref StateReader reader);
}
