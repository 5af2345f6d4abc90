using ModelServing.TestKit.Hostile;

namespace ModelServing.Bench.Soak.Hostile;

/// <summary>How the hostile requests of one kind ended.</summary>
internal sealed class HostileTally
{
    private const int MostFaults = 5;

    private readonly Lock counting = new();

    internal int Sent { get; private set; }

    /// <summary>Answered as the data say.</summary>
    internal int Right { get; private set; }

    /// <summary>Refused with Retry-After, because others were served. A refused connection may be cut before its answer is read.</summary>
    internal int Busy { get; private set; }

    /// <summary>Too late, because others were served.</summary>
    internal int Late { get; private set; }

    /// <summary>Everything else.</summary>
    internal int Wrong { get; private set; }

    /// <summary>The first wrong ones.</summary>
    internal List<string> Faults { get; } = [];

    /// <summary>Counts something that is right, or wrong for this reason.</summary>
    internal void Add(string? fault)
    {
        lock (counting)
        {
            Sent++;
            if (fault is null)
                Right++;
            else
                AddFault(fault);
        }
    }

    /// <summary>Counts the answer of a request among many others.</summary>
    internal void Add(HostileRequest request, HostileAnswer answer)
    {
        lock (counting)
        {
            Sent++;
            if (answer.FaultIn(request) is not { } fault)
                Right++;
            else if (answer.IsBusy || answer.Status == HostileRequest.Cut)
                Busy++;
            else if (answer.Status is 408 or 504)
                Late++;
            else
                AddFault($"{request}: {fault}");
        }
    }

    private void AddFault(string fault)
    {
        Wrong++;
        if (Faults.Count < MostFaults)
            Faults.Add(fault);
    }
}
