using Microsoft.ML.OnnxRuntime;

namespace ModelServing.Inference.Models;

/// <summary>Work of the runtime that has a time limit. <see cref="RunWatch"/> keeps the limit, and owns everything here but the
/// limit.</summary>
/// <param name="deadline">The timestamp at which the work must end.</param>
/// <param name="caller">Cancelled when the caller no longer waits for the result.</param>
internal abstract class WatchedRun(long deadline, CancellationToken caller)
{
    internal RunState State { get; set; }

    /// <summary>The index in the watch's list.</summary>
    internal int Index { get; set; }

    /// <summary>The timestamp of the last change that the watch measures from: of the start, or of the order to end it.</summary>
    internal long Since { get; set; }

    /// <summary>The options for the runtime. They end the work.</summary>
    internal RunOptions Options { get; set; } = null!;

    /// <summary>Whether the runtime has done its part. The rest has its own limits.</summary>
    internal bool IsDone { get; set; }

    /// <summary>Whether the runtime must end the work. Then a failure is not the model's.</summary>
    internal bool IsEnding => State >= RunState.Ending;

    internal virtual bool IsOver(long now) => now >= deadline || caller.IsCancellationRequested;

    /// <summary>Makes the runtime end the work. It stops between two nodes of the model.</summary>
    internal virtual void End() => Options.Terminate = true;

    /// <summary>Whether <see cref="Abandon"/> was called, or will be at once.</summary>
    internal bool IsAbandoned { get; set; }

    /// <summary>The work is stuck. Is called under the watch's lock, so it must be short.</summary>
    internal virtual void Lose()
    {
    }

    /// <summary>The work was stuck, and has ended. Is called under the watch's lock, so it must be short.</summary>
    internal virtual void Regain()
    {
    }

    /// <summary>Gives those their result who do not wait any longer, while others do. Is called under the watch's lock, so it must be
    /// short.</summary>
    internal virtual void AbandonSome(long now)
    {
    }

    /// <summary>Gives whoever waits their result without waiting for the runtime. The work may end at the same time.</summary>
    internal abstract void Abandon();
}
