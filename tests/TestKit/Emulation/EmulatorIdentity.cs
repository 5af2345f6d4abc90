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

    private readonly RSA key;

    private EmulatorIdentity(string configFile, string keyFile, RSA key)
    {
        ConfigFile = configFile;
        KeyFile = keyFile;
        this.key = key;
    }

    /// <summary>The path of the configuration file, which has the profile <c>DEFAULT</c>.</summary>
    public string ConfigFile { get; }

    /// <summary>The path of the private key: PEM, PKCS#1.</summary>
    public string KeyFile { get; }

    /// <summary>The key's identifier in signatures.</summary>
    public string KeyId => $"{Tenancy}/{User}/{FingerprintOf(key)}";

    public RSA Key => key;

    /// <summary>Writes an identity's files, or reads those of an emulator that was there before.</summary>
    internal static EmulatorIdentity WriteTo(string folder)
    {
        var (config, pem) = (Path.Combine(folder, "config"), Path.Combine(folder, "key.pem"));
        if (File.Exists(config))
        {
            var kept = RSA.Create();
            kept.ImportFromPem(File.ReadAllText(pem));
            return new EmulatorIdentity(config, pem, kept);
        }

        var identity = new EmulatorIdentity(config, pem, SharedKey.Value);
        File.WriteAllText(identity.KeyFile, identity.Key.ExportRSAPrivateKeyPem() + "\n");
        File.WriteAllText(
            identity.ConfigFile,
            $"""
            [DEFAULT]
            user={User}
            fingerprint={FingerprintOf(identity.key)}
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
    private static string FingerprintOf(RSA key) =>
        string.Join(
            ':',
            MD5.HashData(key.ExportSubjectPublicKeyInfo()).Select(static b => b.ToString("x2", CultureInfo.InvariantCulture)));
#pragma warning restore CA5351
}
