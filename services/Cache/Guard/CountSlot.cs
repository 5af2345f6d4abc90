namespace ModelServing.Cache.Guard;

/// <summary>A place for the counts of a trial that a program has taken.</summary>
/// <param name="Id">The slot.</param>
/// <param name="Holder">The program's hold on it.</param>
/// <param name="Counts">What was in it when it was taken; empty for a new one.</param>
public sealed record CountSlot(Guid Id, Guid Holder, ReadOnlyMemory<byte> Counts)
{
    /// <summary>Until when it is taken.</summary>
    internal DateTimeOffset Until { get; set; }
}
