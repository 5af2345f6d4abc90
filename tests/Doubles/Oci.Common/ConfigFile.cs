namespace Oci.Common;

/// <summary>Profiles of keys and values. If a profile lacks a key, the value comes from the profile DEFAULT.</summary>
public class ConfigFile
{
    private const string Default = "DEFAULT";

    private readonly Dictionary<string, Dictionary<string, string>> profiles;
    private readonly string profile;

    internal ConfigFile(Dictionary<string, Dictionary<string, string>> profiles, string profile)
    {
        this.profiles = profiles;
        this.profile = profile;
    }

    public string GetValue(string key)
    {
        if (profile is not null && profiles[profile].TryGetValue(key, out var value))
            return value;
        return profiles.TryGetValue(Default, out var defaults) && defaults.TryGetValue(key, out value) ? value : null;
    }
}
