namespace ModelServing.Services.Tests.TestKit;

/// <summary>The bytes of a request.</summary>
internal sealed record RawRequest(string Text)
{
    internal RawRequest Replace(string part, string replacement)
    {
        Assert.Contains(part, Text, StringComparison.Ordinal);
        return new RawRequest(Text.Replace(part, replacement, StringComparison.Ordinal));
    }

    internal RawRequest Without(string header) =>
        new(string.Join("\r\n", Text.Split("\r\n").Where(line => !line.StartsWith(header + ":", StringComparison.Ordinal))));
}
