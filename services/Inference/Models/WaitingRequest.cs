namespace ModelServing.Inference.Models;

/// <summary>A request that waits for its turn. Its task ends with the wait.</summary>
internal sealed class WaitingRequest(RunGate gate, GroupTurns group)
    : TaskCompletionSource<Turn>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    internal GroupTurns Group => group;

    /// <summary>Its place in the queue; null if it has none. The gate guards it.</summary>
    internal LinkedListNode<WaitingRequest>? Place { get; set; }

    internal void GiveUp() => gate.GiveUp(this);
}
