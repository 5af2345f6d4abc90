namespace ModelServing.Registry;

/// <summary>The kind of a <see cref="RegistryException"/>, for callers that act on it.</summary>
public enum RegistryError
{
    /// <summary>The store can't be read or written: a permission, a full disk, the network.</summary>
    Unavailable,

    /// <summary>The object does not exist, so neither does the version.</summary>
    NotFound,

    /// <summary>The version already exists, and a version never changes.</summary>
    AlreadyPublished,

    /// <summary>An object differs from what was published.</summary>
    Damaged,

    /// <summary>The registry does not accept the model or its description.</summary>
    Refused,
}
