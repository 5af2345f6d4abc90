namespace ModelServing.Inference.Models;

/// <summary>What a group of callers has of the turns and of the queue. <see cref="RunGate"/> guards it.</summary>
internal sealed class GroupTurns
{
    /// <summary>The turns that the group has now.</summary>
    internal int Held { get; set; }

    /// <summary>Those of them that are lost, because their calls can't be ended.</summary>
    internal int Lost { get; set; }

    /// <summary>The number of its last turn, in the order in which turns began; 0 for none.</summary>
    internal long LastTurn { get; set; }

    /// <summary>Its requests in the queue, oldest first.</summary>
    internal LinkedList<WaitingRequest> Waiting { get; } = [];

    /// <summary>Its requests that run or wait.</summary>
    internal int Requests => Held + Waiting.Count;
}
