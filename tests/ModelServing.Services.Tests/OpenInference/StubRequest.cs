using System.Text;

namespace ModelServing.Services.Tests.OpenInference;

/// <summary>A request that a <see cref="StubServer"/> got.</summary>
internal sealed record StubRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    internal string Text => Encoding.UTF8.GetString(Body);
}
