using System.Net;
using System.Security.Cryptography;

namespace Oci.Common.Auth;

/// <summary>A user's identity from a configuration file.</summary>
public class ConfigFileAuthenticationDetailsProvider : IAuthenticationDetailsProvider, IRegionProvider
{
    private readonly SimpleAuthenticationDetailsProvider provider;

    public ConfigFileAuthenticationDetailsProvider(string configurationFilePath, string profile, FilePrivateKeySupplier keySupplier = null)
        : this(ConfigFileReader.Parse(configurationFilePath, profile), keySupplier)
    {
    }

    public ConfigFileAuthenticationDetailsProvider(ConfigFile configFile, FilePrivateKeySupplier keySupplier = null)
    {
        if (configFile.GetValue("authentication_type") == "instance_principal")
        {
            throw new NotSupportedException(
                "authentication_type is instance_principal, which this double of the OCI SDK does not support; "
                + "it signs with a user's key only.");
        }

        var passPhrase = configFile.GetValue("pass_phrase");
        keySupplier ??= new FilePrivateKeySupplier(
            Required("key_file"), string.IsNullOrEmpty(passPhrase) ? null : new NetworkCredential("", passPhrase).SecurePassword);
        provider = new SimpleAuthenticationDetailsProvider
        {
            Fingerprint = Required("fingerprint"),
            TenantId = Required("tenancy"),
            UserId = Required("user"),
            PrivateKeySupplier = keySupplier,
            Region = FindRegion(configFile),
        };

        string Required(string key) => configFile.GetValue(key) ?? throw new InvalidDataException($"missing {key} in config.");
    }

    public string TenantId => provider.TenantId;

    public string UserId => provider.UserId;

    public string Fingerprint => provider.Fingerprint;

    public Region Region => provider.Region;

    public string KeyId => provider.KeyId;

    RSA IBasicAuthenticationDetailsProvider.Key => ((IBasicAuthenticationDetailsProvider)provider).Key;

    private static Region FindRegion(ConfigFile file)
    {
        if (file.GetValue("region") is not { Length: > 0 } id)
            id = Environment.GetEnvironmentVariable("OCI_REGION");
        if (string.IsNullOrEmpty(id))
            return null;
        try
        {
            return Region.FromRegionId(id);
        }
        catch (ArgumentException)
        {
            return Region.Register(id, Realm.OC1);
        }
    }
}
