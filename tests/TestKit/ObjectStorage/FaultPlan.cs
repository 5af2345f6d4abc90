namespace ModelServing.TestKit.ObjectStorage;

/// <summary>Which requests something goes wrong with.</summary>
/// <typeparam name="TOperation">The service's operations.</typeparam>
public sealed class FaultPlan<TOperation>
    where TOperation : struct, Enum
{
    private readonly Lock gate = new();
    private readonly List<Planned> planned = [];
    private readonly TaskCompletionSource letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the emulator does: for faults that are to hold a request for as long as there is anybody to hold it.</summary>
    public Task Forever => letGo.Task;

    /// <summary>Lets the next requests for an operation go wrong.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="fault">What goes wrong.</param>
    /// <param name="times">With how many of them.</param>
    /// <param name="key">Only those for this object, or table; null for any.</param>
    /// <param name="after">How many are let through before that.</param>
    public void Add(TOperation operation, Fault fault, int times = 1, string? key = null, int after = 0)
    {
        lock (gate)
            planned.Add(new Planned(operation, fault, key) { Times = times, After = after });
    }

    /// <summary>Nothing goes wrong any more.</summary>
    public void Clear()
    {
        lock (gate)
            planned.Clear();
    }

    internal Fault? Take(TOperation operation, string key)
    {
        lock (gate)
        {
            foreach (var one in planned.Where(one => one.Operation.Equals(operation) && (one.Key is null || one.Key == key) && one.Times > 0))
            {
                if (one.After-- > 0)
                    return null;
                one.Times--;
                return one.Fault;
            }
        }

        return null;
    }

    internal void LetGo() => letGo.TrySetResult();

    private sealed record Planned(TOperation Operation, Fault Fault, string? Key)
    {
        internal int Times { get; set; }

        internal int After { get; set; }
    }
}
