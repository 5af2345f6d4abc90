using System.Text.RegularExpressions;

namespace ModelServing.Infra.Naming;

/// <summary>What OCI takes as a name of one kind of thing. A name that breaks it fails before the cloud is asked.</summary>
/// <param name="What">The thing, with its article: <c>a policy</c>.</param>
/// <param name="MaxLength">The most characters.</param>
/// <param name="Pattern">What the whole name matches.</param>
/// <param name="Form">The pattern for a person.</param>
public sealed record NameForm(string What, int MaxLength, string Pattern, string Form)
{
    /// <summary>Whatever OCI only displays. Held to what is safe in a URL and a shell too.</summary>
    public static NameForm DisplayName { get; } = new("a display name", 255, "[A-Za-z0-9._-]+", "letters, digits, '.', '_' and '-'");

    /// <summary>A policy. Unique in its compartment.</summary>
    public static NameForm Policy { get; } = new("a policy", 100, "[A-Za-z0-9._-]+", "letters, digits, '.', '_' and '-'");

    /// <summary>A dynamic group. Unique in the tenancy.</summary>
    public static NameForm DynamicGroup { get; } = new("a dynamic group", 100, "[A-Za-z0-9._-]+", "letters, digits, '.', '_' and '-'");

    /// <summary>A bucket. Unique in the tenancy's namespace.</summary>
    public static NameForm Bucket { get; } = new("a bucket", 256, "[A-Za-z0-9._-]+", "letters, digits, '.', '_' and '-'");

    /// <summary>A NoSQL table. Unique in its compartment.</summary>
    public static NameForm Table { get; } = new("a table", 256, "[A-Za-z][A-Za-z0-9_]*", "a letter, then letters, digits and '_'");

    /// <summary>A topic. Unique in the tenancy.</summary>
    public static NameForm Topic { get; } = new("a topic", 256, "[A-Za-z0-9_-]+", "letters, digits, '_' and '-'");

    /// <summary>A container repository. Unique in the tenancy and region.</summary>
    public static NameForm Repository { get; } = new(
        "a container repository", 255, "[a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+([._-][a-z0-9]+)*)*", "a-z and 0-9 with single '.', '_', '-' and '/' between");

    /// <summary>The label of a VCN or a subnet in its host names.</summary>
    public static NameForm DnsLabel { get; } = new("a DNS label", 15, "[a-z][a-z0-9]*", "a letter, then a-z and 0-9");

    /// <summary>Gives <paramref name="name"/> back when it is one.</summary>
    /// <exception cref="ArgumentException">It is not; the message says what is wrong.</exception>
    public string Check(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length > MaxLength)
            throw new ArgumentException($"'{name}' has {name.Length} characters; {What}'s name has at most {MaxLength}");
        if (!Regex.IsMatch(name, $@"\A(?:{Pattern})\z", RegexOptions.CultureInvariant))
            throw new ArgumentException($"'{name}' is no name of {What}: {Form}");
        return name;
    }
}
