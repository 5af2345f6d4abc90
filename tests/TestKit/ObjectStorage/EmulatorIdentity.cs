using System.Security.Cryptography;

namespace ModelServing.TestKit.ObjectStorage;

/// <summary>A user with an API key, made for tests: a configuration file as OCI's tools have it, and the key beside it.</summary>
public sealed class EmulatorIdentity
{
    /// <summary>The region in the configuration file.</summary>
    public const string Region = "eu-frankfurt-1";

    private const string User = "ocid1.user.oc1..exampleuser";
    private const string Tenancy = "ocid1.tenancy.oc1..exampletenancy";

    // One for all: making one takes a while, and none of them opens anything.
    private static readonly Lazy<RSA> SharedKey = new(static () => RSA.Create(2048));

    private EmulatorIdentity(string configFile, string keyFile)
    {
        ConfigFile = configFile;
        KeyFile = keyFile;
    }

    /// <summary>The configuration file; its profile is <c>DEFAULT</c>.</summary>
    public string ConfigFile { get; }

    /// <summary>The private key's file: PEM, PKCS#1.</summary>
    public string KeyFile { get; }

    /// <summary>What signatures name as their key.</summary>
    public string KeyId { get; } = $"{Tenancy}/{User}/{Fingerprint()}";

    /// <summary>The key pair.</summary>
    public RSA Key { get; } = SharedKey.Value;

    internal static EmulatorIdentity WriteTo(string folder)
    {
        var identity = new EmulatorIdentity(Path.Combine(folder, "config"), Path.Combine(folder, "key.pem"));
        File.WriteAllText(identity.KeyFile, identity.Key.ExportRSAPrivateKeyPem() + "\n");
        File.WriteAllText(identity.ConfigFile, $"[DEFAULT]\nuser={User}\nfingerprint={Fingerprint()}\ntenancy={Tenancy}\nregion={Region}\nkey_file={identity.KeyFile}\n");
        if (!OperatingSystem.IsWindows())
        {
            // As the tools that read them want it.
            File.SetUnixFileMode(identity.KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.SetUnixFileMode(identity.ConfigFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return identity;
    }

#pragma warning disable CA5351 // The fingerprint of an API key is an MD5: it names the key and protects nothing.
    private static string Fingerprint() =>
        string.Join(':', MD5.HashData(SharedKey.Value.ExportSubjectPublicKeyInfo()).Select(static b => b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));
#pragma warning restore CA5351
}
