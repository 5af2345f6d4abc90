namespace ModelServing.Stacks.Preview;

/// <summary>What an apply does to a resource.</summary>
internal enum Change
{
    /// <summary>Nothing.</summary>
    Same,

    /// <summary>It is made.</summary>
    Create,

    /// <summary>It is changed in place.</summary>
    Update,

    /// <summary>It is made anew.</summary>
    Replace,

    /// <summary>It goes.</summary>
    Delete,
}
