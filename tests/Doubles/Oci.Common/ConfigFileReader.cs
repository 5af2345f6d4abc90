namespace Oci.Common;

public class ConfigFileReader
{
    public static ConfigFile Parse(string configurationFilePath, string profile)
    {
        using var file = File.OpenRead(HomePath.Expand(configurationFilePath));
        return Parse(file, profile);
    }

    private static ConfigFile Parse(FileStream configurationStream, string profile)
    {
        var profiles = new Dictionary<string, Dictionary<string, string>>();
        Dictionary<string, string> current = null;
        using var reader = new StreamReader(configurationStream);
        while (reader.ReadLine() is { } whole)
        {
            var line = whole.Trim();
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (line is ['[', .., ']'])
            {
                var name = line[1..^1].Trim();
                if (name.Length == 0)
                    throw new InvalidDataException($"Cannot have empty profile name: {whole}");
                if (!profiles.TryGetValue(name, out current))
                    profiles.Add(name, current = []);
                continue;
            }

            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
                throw new InvalidDataException($"Found line with no key-value pair: {whole}");
            var key = line[..equals].Trim();
            if (key.Length == 0)
                throw new InvalidDataException($"Found line with no key: {whole}");
            // A key that stands before every profile ends in the dictionary's own complaint about a name that is null.
            (current ?? profiles[null!]).Add(key, line[(equals + 1)..].Trim());
        }

        return profile is null || profiles.ContainsKey(profile)
            ? new ConfigFile(profiles, profile)
            : throw new ArgumentException($"No profile named {profile} exists in the configuration file.");
    }
}

internal static class HomePath
{
    internal static string Expand(string path) => path.StartsWith("~/", StringComparison.Ordinal)
        ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), path[2..])
        : path;
}
