namespace ModelServing.Services.Tests.Journal;

/// <summary>Lets nobody on before all have come.</summary>
internal sealed class Meeting(int participants)
{
    private readonly TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int coming = participants;

    internal Task ComeAsync()
    {
        if (Interlocked.Decrement(ref coming) == 0)
            all.SetResult();
        return all.Task;
    }
}
