namespace ModelServing.Contracts;

/// <summary>The name of the bucket that holds an environment's artifacts: what stacks/ makes it under and <c>ms publish</c> writes to.</summary>
public static class BucketName
{
    /// <summary>The Pulumi project's name, which the settings of a stack file begin with.</summary>
    public const string Project = "modelserving";

    /// <summary>The most characters that Object Storage lets a bucket's name have.</summary>
    public const int MaxLength = 256;

    /// <summary>The bucket of <paramref name="stack"/> in <paramref name="project"/>. Equal input gives equal names; a bucket's name is
    /// unique in a tenancy's region, so environments of other projects have others.</summary>
    /// <exception cref="ArgumentException">A part has a character that no bucket's name has, or the name would be too long.</exception>
    public static string From(string project, string stack)
    {
        Check(project, nameof(project));
        Check(stack, nameof(stack));
        var name = $"{project}-{stack}-artifacts";
        return name.Length <= MaxLength ? name : throw new ArgumentException($"the bucket's name '{name}' has {name.Length} characters; at most {MaxLength} are allowed", nameof(stack));
    }

    private static void Check(string part, string parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(part, parameter);
        if (!part.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            throw new ArgumentException($"'{part}' can't be a part of a bucket's name: letters, digits, '-', '_' and '.'", parameter);
    }
}
