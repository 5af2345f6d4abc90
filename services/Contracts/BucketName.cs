namespace ModelServing.Contracts;

/// <summary>The name of the bucket with an environment's artifacts: stacks/ creates it, and <c>ms publish</c> writes to it.</summary>
public static class BucketName
{
    /// <summary>The Pulumi project's name, with which the settings of a stack file begin.</summary>
    public const string Project = "modelserving";

    /// <summary>Object Storage's limit for a bucket's name, in characters.</summary>
    public const int MaxLength = 256;

    /// <summary>The bucket of <paramref name="stack"/> in <paramref name="project"/>. Equal input gives equal names. A bucket's name is
    /// unique in a tenancy's region, so environments of other projects need other names.</summary>
    /// <exception cref="ArgumentException">A part has a character that a bucket's name cannot have, or the name would be too
    /// long.</exception>
    public static string From(string project, string stack)
    {
        Check(project, nameof(project));
        Check(stack, nameof(stack));
        var name = $"{project}-{stack}-artifacts";
        return name.Length <= MaxLength
            ? name
            : throw new ArgumentException(
                $"the bucket's name '{name}' has {name.Length} characters; at most {MaxLength} are allowed", nameof(stack));
    }

    private static void Check(string part, string parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(part, parameter);
        if (!part.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            throw new ArgumentException($"'{part}' can't be a part of a bucket's name: letters, digits, '-', '_' and '.'", parameter);
    }
}
