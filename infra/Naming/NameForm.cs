using System.Text.RegularExpressions;

namespace ModelServing.Infra.Naming;

/// <summary>The form that OCI requires of one kind of name. A wrong name fails here, before any request to the cloud.</summary>
/// <param name="What">The kind of thing, with its article: <c>a policy</c>.</param>
/// <param name="MaxLength">The longest name, in characters.</param>
/// <param name="Pattern">The regular expression that the whole name must match.</param>
/// <param name="Form">The same pattern in words.</param>
public sealed record NameForm(string What, int MaxLength, string Pattern, string Form)
{
    /// <summary>Any name that OCI only displays. Limited to characters that are safe in a URL and a shell too.</summary>
    public static NameForm DisplayName { get; } = new("a display name", 255, "[A-Za-z0-9._-]+", "letters, digits, '.', '_' and '-'");

    /// <summary>A policy. Unique in its compartment.</summary>
    public static NameForm Policy { get; } = new("a policy", 100, "[A-Za-z0-9._-]+", "letters, digits, '.', '_' and '-'");

    /// <summary>A dynamic group. Unique in the tenancy.</summary>
    public static NameForm DynamicGroup { get; } = new("a dynamic group", 100, "[A-Za-z0-9._-]+", "letters, digits, '.', '_' and '-'");

    /// <summary>A bucket. Unique in the tenancy's namespace.</summary>
    public static NameForm Bucket { get; } = new("a bucket", 256, "[A-Za-z0-9._-]+", "letters, digits, '.', '_' and '-'");

    /// <summary>A NoSQL table. Unique in its compartment.</summary>
    public static NameForm Table { get; } = new("a table", 256, "[A-Za-z][A-Za-z0-9_]*", "a letter, then letters, digits and '_'");

    public static NameForm Bastion { get; } = new("a Bastion", 255, "[A-Za-z0-9]+", "letters and digits");

    /// <summary>A topic. Unique in the tenancy.</summary>
    public static NameForm Topic { get; } = new("a topic", 256, "[A-Za-z0-9_-]+", "letters, digits, '_' and '-'");

    /// <summary>A container repository. Unique in the tenancy and region.</summary>
    public static NameForm Repository { get; } = new(
        "a container repository",
        255,
        "[a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+([._-][a-z0-9]+)*)*",
        "a-z and 0-9, with single '.', '_', '-' and '/' between");

    /// <summary>The label of a VCN or a subnet in its host names.</summary>
    public static NameForm DnsLabel { get; } = new("a DNS label", 15, "[a-z][a-z0-9]*", "a letter, then a-z and 0-9");

    /// <summary>Returns <paramref name="name"/> if it has this form.</summary>
    /// <exception cref="ArgumentException">It does not; the message says what is wrong.</exception>
    public string Check(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length > MaxLength)
            throw new ArgumentException($"'{name}' has {name.Length} characters; the name of {What} has at most {MaxLength}");
        if (!Regex.IsMatch(name, $@"\A(?:{Pattern})\z", RegexOptions.CultureInvariant))
            throw new ArgumentException($"'{name}' is not a valid name of {What}, which is made of {Form}");
        return name;
    }
}
