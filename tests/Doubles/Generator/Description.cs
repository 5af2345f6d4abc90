namespace ModelServing.Doubles;

/// <summary>One property of a resource, an invoke or a type; the description's head says what its line means.</summary>
internal sealed class Property
{
    internal Property(string line)
    {
        var words = line.Split([' '], StringSplitOptions.RemoveEmptyEntries);
        var names = words[0].Split('=');
        Wire = names[0];
        Name = names.Length > 1 ? names[1] : char.ToUpperInvariant(Wire[0]) + Wire.Substring(1);
        Type = words[1];
        var flags = words.Skip(2).ToArray();
        IsRequired = flags.Contains("*");
        IsNullable = flags.Contains("?");
        IsJson = flags.Contains("json");
        IsSecret = flags.Contains("secret");
        IsInput = !flags.Contains("out");
        IsOutput = !flags.Contains("in");
    }

    internal string Wire { get; }

    internal string Name { get; }

    internal string Type { get; }

    internal bool IsRequired { get; }

    internal bool IsNullable { get; }

    internal bool IsJson { get; }

    internal bool IsSecret { get; }

    internal bool IsInput { get; }

    internal bool IsOutput { get; }
}

/// <summary>A block of the description.</summary>
internal sealed class Block
{
    internal Block(string line)
    {
        var words = line.Split([' '], StringSplitOptions.RemoveEmptyEntries);
        Kind = words[0];
        var dot = words[1].LastIndexOf('.');
        Module = dot < 0 ? "" : words[1].Substring(0, dot);
        Name = words[1].Substring(dot + 1);
        Token = Kind is "resource" or "invoke" ? words[2] : "";
        Flags = [.. words.Skip(2)];
    }

    internal string Kind { get; }

    internal string Module { get; }

    internal string Name { get; }

    internal string FullName => Module.Length == 0 ? Name : $"{Module}.{Name}";

    internal string Token { get; }

    internal string[] Flags { get; }

    internal List<string> Lines { get; } = [];

    internal IEnumerable<Property> Properties => Lines.Select(static line => new Property(line));

    internal static List<Block> ReadAll(string text)
    {
        var blocks = new List<Block>();
        foreach (var line in text.Split('\n').Select(static line => line.TrimEnd()).Where(static line => line.Length > 0 && line[0] != '#'))
        {
            if (line[0] == ' ')
                blocks[blocks.Count - 1].Lines.Add(line.Trim());
            else
                blocks.Add(new Block(line));
        }

        return blocks;
    }
}
