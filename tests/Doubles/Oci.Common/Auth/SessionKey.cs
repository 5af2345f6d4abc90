using System.Security.Cryptography;

namespace Oci.Common.Auth;

internal sealed class SessionKey : ISessionKeySupplier
{
    // The official class makes a key each time. That takes so long that it was most of the time of the tests of identities, which need many
    // sessions: each gets another key than the one before it, and the first one comes round again.
    private static readonly Lazy<RSAParameters>[] Keys =
        [.. Enumerable.Range(0, 4).Select(static _ => new Lazy<RSAParameters>(Create))];

    private static int last = -1;

    public RSA Key { get; private set; } = Next();

    public void RefreshKeys() => Key = Next();

    private static RSA Next() => RSA.Create(Keys[(uint)Interlocked.Increment(ref last) % (uint)Keys.Length].Value);

    private static RSAParameters Create()
    {
        using var key = RSA.Create(2048);
        return key.ExportParameters(includePrivateParameters: true);
    }
}
