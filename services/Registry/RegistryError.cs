namespace ModelServing.Registry;

/// <summary>What kind of failure a <see cref="RegistryException"/> is, for who acts on it.</summary>
public enum RegistryError
{
    /// <summary>The store could not be read or written: a permission, a full disk, a network.</summary>
    Unavailable,

    /// <summary>There is no such object, so no such version.</summary>
    NotFound,

    /// <summary>The version is there already; a version never changes.</summary>
    AlreadyPublished,

    /// <summary>An object is not what was published.</summary>
    Damaged,

    /// <summary>What was handed in can't be published.</summary>
    Refused,
}
