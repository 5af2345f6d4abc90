namespace ModelServing.Inference.Models;

/// <summary>The state of a <see cref="WatchedRun"/>.</summary>
internal enum RunState
{
    /// <summary>It waits for a thread.</summary>
    Queued,

    /// <summary>The runtime works on it.</summary>
    Running,

    /// <summary>The runtime must end it.</summary>
    Ending,

    /// <summary>The runtime must end it, and did not.</summary>
    Stuck,

    /// <summary>Its time was over before it got a thread.</summary>
    Skipped,
}
