namespace ModelServing.Cli.Doctor;

internal enum FindingState
{
    /// <summary>It is as it must be.</summary>
    Good,

    /// <summary>Something would fail.</summary>
    Wrong,

    /// <summary>It could be asked, but not now or not from here.</summary>
    Unasked,

    /// <summary>Something to know, such as what no program can ask. It changes no exit code.</summary>
    Note,
}
