using System.Net;
using ModelServing.Contracts;
using Oci.Common;
using Oci.Common.Auth;

namespace ModelServing.Oci.Identity;

/// <summary>A user's identity, from a profile of a configuration file. The key is read at once and kept.</summary>
/// <remarks>The SDK's own provider for such a file throws a NullReferenceException if the file names no region, so it is not used
/// here.</remarks>
internal static class ConfigFileIdentity
{
    private const string DefaultPath = "~/.oci/config";

    internal static CallerIdentity Open(OciSettings settings)
    {
        var path = settings.ConfigFile ?? DefaultPath;
        var where = $"the profile [{settings.Profile}] of {path}";
        var file = Read(path, settings.Profile);
        if (file.GetValue("authentication_type") is { } type)
            throw Unavailable($"{where} has authentication_type {type}; set {OciSettings.IdentityVariable} to that identity instead");
        string[] keys = ["user", "tenancy", "fingerprint", "key_file"];
        var missing = keys.Where(key => string.IsNullOrEmpty(file.GetValue(key))).ToList();
        if (missing.Count > 0)
        {
            var session = file.GetValue("security_token_file") is null
                ? ""
                : " (it is the profile of a session; one with an API key is needed)";
            throw Unavailable($"{where} lacks {string.Join(", ", missing)}{session}");
        }

        var region = settings.Region is { } configured
            ? OciIdentityProvider.FindRegion(configured, $"the environment variable {OciSettings.RegionVariable}")
            : file.GetValue("region") is { Length: > 0 } own
                ? OciIdentityProvider.FindRegion(own, $"the region in {where}")
                : throw Unavailable($"{where} names no region, and the environment variable {OciSettings.RegionVariable} is not set");
        return OciIdentityProvider.Create(OciIdentity.ConfigFile, where, () => new SimpleAuthenticationDetailsProvider
        {
            UserId = file.GetValue("user"),
            TenantId = file.GetValue("tenancy"),
            Fingerprint = file.GetValue("fingerprint"),
            PrivateKeySupplier = Key(file, where),
            Region = region,
        });
    }

    private static ConfigFile Read(string path, string profile)
    {
        try
        {
            return ConfigFileReader.Parse(path, profile);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Unavailable(
                $"the file {path} does not exist; write it with 'oci setup config', "
                + $"or set {OciSettings.ConfigFileVariable} to another file",
                e);
        }
        catch (Exception e)
        {
            throw Unavailable($"{path}, profile [{profile}]: {e.Message}", e);
        }
    }

    private static FilePrivateKeySupplier Key(ConfigFile file, string where)
    {
        var path = file.GetValue("key_file");
        var passPhrase = file.GetValue("pass_phrase");
        var secret = string.IsNullOrEmpty(passPhrase) ? null : new NetworkCredential("", passPhrase).SecurePassword;
        var key = new FilePrivateKeySupplier(path, secret);
        try
        {
            _ = key.GetKey();
            return key;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Unavailable($"the file {path}, the key_file of {where}, does not exist", e);
        }
        catch (Exception e)
        {
            // The SDK takes whatever comes first in the file, and only names its own classes.
            var why = e is InvalidCastException ? "its first key is not a private RSA key" : e.Message;
            throw Unavailable($"{path}, the key_file of {where}, is not a readable RSA key in PEM: {why}", e);
        }
    }

    private static ContractException Unavailable(string problem, Exception? cause = null) =>
        OciIdentityProvider.Unavailable(OciIdentity.ConfigFile, problem, cause);
}
