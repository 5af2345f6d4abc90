namespace ModelServing.Inference.Models;

/// <summary>Keeps threads of the pool free for other work. The pool starts with one for each processor, and adds one only after it has
/// waited for half a second. So a few long calls of the model, which block their threads, would delay every answer, every refusal and every
/// health check.</summary>
internal sealed class PoolRoom
{
    private static readonly Lock Changing = new();
    private static (int Workers, int Completions)? least;
    private static int allBlocked;

    private int blocked;

    /// <summary>Sets how many threads are blocked now.</summary>
    internal void Set(int count)
    {
        if (count == blocked)
            return;
        lock (Changing)
        {
            if (least is not { } usual)
            {
                ThreadPool.GetMinThreads(out var workers, out var completions);
                least = usual = (workers, completions);
            }

            allBlocked += count - blocked;
            blocked = count;
            ThreadPool.SetMinThreads(usual.Workers + allBlocked, usual.Completions);
        }
    }
}
