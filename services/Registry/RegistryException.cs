using ModelServing.Registry.Safety;

namespace ModelServing.Registry;

/// <summary>A failure of the registry. The message begins with the object's key and says what is wrong and how to fix it.</summary>
public sealed class RegistryException : Exception
{
    /// <summary>A failure that concerns the object <paramref name="key"/>.</summary>
    public RegistryException(RegistryError error, ObjectKey key, string problem, Exception? innerException = null)
        : base($"{key}: {problem}", innerException)
    {
        Error = error;
        Key = key;
    }

    /// <summary>The refusal of an artifact, of which <paramref name="key"/> is one object, because of its findings.</summary>
    public RegistryException(ObjectKey key, IReadOnlyList<Finding> findings, int moreFindings)
        : this(RegistryError.Refused, key, OneLine(key, findings, moreFindings))
    {
        Findings = findings;
        MoreFindings = moreFindings;
    }

    /// <summary>The findings for which an artifact was refused; empty for every other failure.</summary>
    public IReadOnlyList<Finding> Findings { get; } = [];

    /// <summary>The number of further findings, which are only counted.</summary>
    public int MoreFindings { get; }

    public RegistryError Error { get; }

    /// <summary>The object that the failure concerns.</summary>
    public ObjectKey Key { get; }

    private static string OneLine(ObjectKey key, IReadOnlyList<Finding> findings, int moreFindings)
    {
        var others = findings.Count - 1 + moreFindings;
        // The message already begins with the key.
        var first = findings[0].Place == key.Text || findings[0].Place == RegistryLayout.ModelFile
            ? $"{findings[0].Message} ({findings[0].Code})"
            : findings[0].ToString();
        return $"{first}{(others > 0 ? $", and {others} more" : "")}";
    }
}
