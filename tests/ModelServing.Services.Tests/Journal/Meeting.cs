namespace ModelServing.Services.Tests.Journal;

/// <summary>Blocks each participant until all have arrived.</summary>
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
