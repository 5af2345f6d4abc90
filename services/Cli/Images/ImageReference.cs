using System.Text.RegularExpressions;

namespace ModelServing.Cli.Images;

/// <summary>A reference to an image in a registry: <c>HOST/REPOSITORY:TAG</c>, with a tag, a digest or both.</summary>
internal sealed partial record ImageReference
{
    private ImageReference(string host, string repository, string? tag, string? digest)
    {
        Host = host;
        Repository = repository;
        Tag = tag;
        Digest = digest;
    }

    internal string Host { get; }

    internal string Repository { get; }

    internal string? Tag { get; }

    internal string? Digest { get; init; }

    /// <summary>The part to look the image up by. The digest takes precedence, because a tag may move.</summary>
    internal string Reference => Digest ?? Tag ?? "latest";

    /// <exception cref="CommandException">The text is not a reference.</exception>
    internal static ImageReference Parse(string text) => Form().Match(text) is { Success: true } match
        ? new ImageReference(match.Groups[1].Value, match.Groups[2].Value, Value(match.Groups[3]), Value(match.Groups[4]))
        : throw new CommandException(
            ExitCode.WrongInput,
            $"--base-image: '{text}' is not HOST/REPOSITORY:TAG, such as mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled");

    public override string ToString() => $"{Host}/{Repository}{(Tag is null ? "" : $":{Tag}")}{(Digest is null ? "" : $"@{Digest}")}";

    private static string? Value(Group group) => group.Success ? group.Value : null;

    // A host has a dot or a port, unless it is localhost.
    [GeneratedRegex(
        @"\A((?:localhost|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|[A-Za-z0-9-]+(?=:))(?::[0-9]{1,5})?)/" +
        @"([a-z0-9]+(?:[._/-]+[a-z0-9]+)*)(?::(\w[\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?\z",
        RegexOptions.ECMAScript)]
    private static partial Regex Form();
}
