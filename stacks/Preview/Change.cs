namespace ModelServing.Stacks.Preview;

/// <summary>The effect of an apply on a resource.</summary>
internal enum Change
{
    Same,
    Create,

    /// <summary>It is changed in place.</summary>
    Update,

    /// <summary>It is deleted and created again.</summary>
    Replace,

    Delete,
}
