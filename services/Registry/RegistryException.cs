using ModelServing.Registry.Safety;

namespace ModelServing.Registry;

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

    /// <summary>Makes one about an artifact that the object <paramref name="key"/> is of, refused for what was found in it.</summary>
    internal RegistryException(ObjectKey key, IReadOnlyList<Finding> findings, int moreFindings)
        : this(RegistryError.Refused, key, OneLine(key, findings, moreFindings))
    {
        Findings = findings;
        MoreFindings = moreFindings;
    }

    /// <summary>Why an artifact was refused; empty for every other failure.</summary>
    public IReadOnlyList<Finding> Findings { get; } = [];

    /// <summary>How many further findings there are.</summary>
    public int MoreFindings { get; }

    /// <summary>What kind of failure it is.</summary>
    public RegistryError Error { get; }

    /// <summary>The object it is about.</summary>
    public ObjectKey Key { get; }

    private static string OneLine(ObjectKey key, IReadOnlyList<Finding> findings, int moreFindings)
    {
        var others = findings.Count - 1 + moreFindings;
        // The message begins with the key already.
        var first = findings[0].Place == key.Text || findings[0].Place == RegistryLayout.ModelFile ? $"{findings[0].Message} ({findings[0].Code})" : findings[0].ToString();
        return $"{first}{(others > 0 ? $", and {others} more" : "")}";
    }
}
