namespace ModelServing.Features.Engine;

/// <summary>The result of applying an event to a state. Only <see cref="Applied"/> changes the state.</summary>
public enum ApplyOutcome
{
    Applied,

    /// <summary>The state has already seen this sequence.</summary>
    AlreadyApplied,

    /// <summary>The state has an event with the same source and identifier.</summary>
    Duplicate,

    /// <summary>It is older than the lateness allows, or than the state can tell from a repetition.</summary>
    Late,

    /// <summary>The view does not use the event's source.</summary>
    OtherSource,

    /// <summary>A field has another type than the view declares, or does not fit it.</summary>
    Unreadable,
}
