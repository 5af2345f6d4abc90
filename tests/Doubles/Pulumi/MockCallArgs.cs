using System.Collections.Immutable;

namespace Pulumi.Testing;

/// <summary>An invoke as a provider receives it.</summary>
public class MockCallArgs
{
    public string? Token { get; set; }

    public ImmutableDictionary<string, object> Args { get; set; } = null!;

    public string? Provider { get; set; }
}
