namespace ModelServing.TestKit.Emulation;

/// <summary>The faults that a test plans, and the requests that they are for.</summary>
/// <typeparam name="TOperation">The service's operations.</typeparam>
public sealed class FaultPlan<TOperation>
    where TOperation : struct, Enum
{
    private readonly Lock gate = new();
    private readonly List<Planned> planned = [];
    private readonly TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the emulator is disposed. For faults that hold a request for the whole test.</summary>
    public Task Forever => release.Task;

    /// <summary>Plans a fault for the next requests of an operation.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="fault">The fault.</param>
    /// <param name="times">How many requests get it.</param>
    /// <param name="key">The object, table or function whose requests get it; null means any.</param>
    /// <param name="after">How many requests pass before the first fault.</param>
    public void Add(TOperation operation, Fault fault, int times = 1, string? key = null, int after = 0)
    {
        lock (gate)
            planned.Add(new Planned(operation, fault, key) { Times = times, After = after });
    }

    /// <summary>Removes all planned faults.</summary>
    public void Clear()
    {
        lock (gate)
            planned.Clear();
    }

    internal Fault? Next(TOperation operation, string key)
    {
        lock (gate)
        {
            foreach (var one in planned.Where(one => one.Matches(operation, key)))
            {
                if (one.After-- > 0)
                    return null;
                one.Times--;
                return one.Fault;
            }
        }

        return null;
    }

    internal void Release() => release.TrySetResult();

    private sealed record Planned(TOperation Operation, Fault Fault, string? Key)
    {
        internal int Times { get; set; }

        internal int After { get; set; }

        internal bool Matches(TOperation operation, string key) => Operation.Equals(operation) && (Key is null || Key == key) && Times > 0;
    }
}
