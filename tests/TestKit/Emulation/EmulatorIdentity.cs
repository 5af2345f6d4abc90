using System.Globalization;
using System.Security.Cryptography;

namespace ModelServing.TestKit.Emulation;

/// <summary>A user with an API key, made for tests: a configuration file in the format of OCI's tools, and the key beside it.</summary>
public sealed class EmulatorIdentity
{
    /// <summary>The region in the configuration file.</summary>
    public const string Region = "eu-frankfurt-1";

    private const string User = "ocid1.user.oc1..exampleuser";
    private const string Tenancy = "ocid1.tenancy.oc1..exampletenancy";

    // One for all identities: generating a key takes a while, and none of these keys protects anything.
    private static readonly Lazy<RSA> SharedKey = new(static () => RSA.Create(2048));

    private EmulatorIdentity(string configFile, string keyFile)
    {
        ConfigFile = configFile;
        KeyFile = keyFile;
    }

    /// <summary>The path of the configuration file, which has the profile <c>DEFAULT</c>.</summary>
    public string ConfigFile { get; }

    /// <summary>The path of the private key: PEM, PKCS#1.</summary>
    public string KeyFile { get; }

    /// <summary>The key's identifier in signatures.</summary>
    public string KeyId { get; } = $"{Tenancy}/{User}/{Fingerprint()}";

    public RSA Key { get; } = SharedKey.Value;

    internal static EmulatorIdentity WriteTo(string folder)
    {
        var identity = new EmulatorIdentity(Path.Combine(folder, "config"), Path.Combine(folder, "key.pem"));
        File.WriteAllText(identity.KeyFile, identity.Key.ExportRSAPrivateKeyPem() + "\n");
        File.WriteAllText(
            identity.ConfigFile,
            $"""
            [DEFAULT]
            user={User}
            fingerprint={Fingerprint()}
            tenancy={Tenancy}
            region={Region}
            key_file={identity.KeyFile}

            """);
        if (!OperatingSystem.IsWindows())
        {
            // The tools that read these files require it.
            File.SetUnixFileMode(identity.KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.SetUnixFileMode(identity.ConfigFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return identity;
    }

#pragma warning disable CA5351 // OCI identifies an API key by its MD5. It is not used for security.
    private static string Fingerprint() =>
        string.Join(
            ':',
            MD5.HashData(SharedKey.Value.ExportSubjectPublicKeyInfo()).Select(static b => b.ToString("x2", CultureInfo.InvariantCulture)));
#pragma warning restore CA5351
}
