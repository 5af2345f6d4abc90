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

/// <summary>A failure of the registry; the message begins with the object's key, and says what is wrong and what would be right.</summary>
public sealed class RegistryException : Exception
{
    /// <summary>Makes one about the object <paramref name="key"/>.</summary>
    public RegistryException(RegistryError error, ObjectKey key, string problem, Exception? innerException = null)
        : base($"{key}: {problem}", innerException)
    {
        Error = error;
        Key = key;
    }

    /// <summary>What kind of failure it is.</summary>
    public RegistryError Error { get; }

    /// <summary>The object it is about.</summary>
    public ObjectKey Key { get; }
}
