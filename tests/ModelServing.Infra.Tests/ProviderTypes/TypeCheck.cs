using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.Stacks.Preview;
using ModelServing.TestKit;

namespace ModelServing.Infra.Tests.ProviderTypes;

/// <summary>
/// One run of the TypeScript compiler, which takes seconds, for all tests: every stack in both phases, every <see cref="Fault"/> in a
/// resource of one of them, the description of the doubles, and every <see cref="DescriptionFault"/> in it. The files stay next to the test
/// program, for reading when a test fails.
/// </summary>
public sealed class TypeCheck : IAsyncLifetime
{
    private static readonly string Packages = Repository.Combine("tests", "ModelServing.Infra.Tests", "ProviderTypes", "node_modules");
    private static readonly string Compiler = Path.Combine(Packages, "typescript", "bin", "tsc");
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "provider-types");

    private readonly Dictionary<string, int> resources = [];
    private ILookup<string, string> errors = Array.Empty<string>().ToLookup(static line => line);

    private static bool HasNode { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(static folder => File.Exists(Path.Combine(folder, "node")) || File.Exists(Path.Combine(folder, "node.exe")));

    // npm writes this file once all packages are installed.
    private static bool HasPackages => File.Exists(Path.Combine(Packages, ".package-lock.json"));

    /// <summary>The errors in a file, each with its position; empty if its types are right.</summary>
    internal IReadOnlyList<string> ErrorsOf(string file) => [.. errors[file + ".ts"]];

    /// <summary>The number of literals in a stack's file.</summary>
    internal int ResourcesOf(string file) => resources[file];

    /// <summary>The file with a stack's resources and queries in one phase.</summary>
    internal static string FileOf(string stack, bool foundationOnly) => $"{stack}-{(foundationOnly ? "foundation" : "serving")}";

    /// <summary>The file with the description of a provider's double.</summary>
    internal static string DoublesOf(string provider) => $"doubles-{provider}";

    /// <summary>Skips the test if the compiler cannot run.</summary>
    internal static void SkipUnlessInstalled()
    {
        Assert.SkipUnless(HasNode, "node is not installed: sudo apt-get install -y --no-install-recommends nodejs npm");
        Assert.SkipUnless(
            HasPackages,
            "the providers' npm packages are not installed: npm ci --prefix tests/ModelServing.Infra.Tests/ProviderTypes");
    }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (!HasNode || !HasPackages)
            return;

        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
        Directory.CreateDirectory(Folder);
        await WriteStacksAsync();
        await WriteDoublesAsync();
        await File.WriteAllTextAsync(Path.Combine(Folder, "tsconfig.json"), JsonSerializer.Serialize(new
        {
            compilerOptions = new
            {
                strict = true,
                noEmit = true,
                // The packages themselves are not checked.
                skipLibCheck = true,
                target = "es2022",
                module = "preserve",
                types = Array.Empty<string>(),
                paths = new Dictionary<string, string[]> { ["@pulumi/*"] = [Path.Combine(Packages, "@pulumi", "*")] },
            },
        }));
        errors = await CompileAsync();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // Rendered as after an apply, because values that are unknown before it would not be checked.
    private async Task WriteStacksAsync()
    {
        foreach (var stack in (string[])["dev", "staging", "prod"])
        {
            Write(FileOf(stack, foundationOnly: true), await RenderAsync(stack, foundationOnly: true));
            Write(FileOf(stack, foundationOnly: false), await RenderAsync(stack, foundationOnly: false));
        }

        foreach (var stack in (string[])["dev-function", "staging-function", "prod-function", "features", "telemetry", "pools"])
            Write(FileOf(stack, foundationOnly: false), await RenderAsync(stack, foundationOnly: false));
        var some = await RenderAsync("staging", foundationOnly: false);
        foreach (var fault in Fault.All)
        {
            var (token, name, arguments) = some.First(each => each.Token == fault.Token);
            arguments = arguments.DeepClone().AsObject();
            fault.Make(arguments, fault.Path);
            Write(fault.Name, [(token, name, arguments)]);
        }
    }

    private static async Task WriteDoublesAsync()
    {
        foreach (var provider in (string[])["oci", "kubernetes"])
            await WriteAsync(DoublesOf(provider), DoublesDescription.Module(provider, await DoublesDescription.ReadAsync(provider)));
        var description = await DoublesDescription.ReadAsync("oci");
        foreach (var fault in DescriptionFault.All)
            await WriteAsync(fault.Name, DoublesDescription.Module("oci", fault.In(description), only: fault.Block));

        static Task WriteAsync(string file, string module) => File.WriteAllTextAsync(Path.Combine(Folder, file + ".ts"), module);
    }

    private void Write(string file, IReadOnlyList<(string Token, string Name, JsonObject Arguments)> literals)
    {
        resources[file] = literals.Count;
        File.WriteAllText(Path.Combine(Folder, file + ".ts"), TypeScript.Module(literals));
    }

    private static async Task<IReadOnlyList<(string Token, string Name, JsonObject Arguments)>> RenderAsync(
        string stack,
        bool foundationOnly)
    {
        var cloud = new SomeCloud(true, SomeStack.Published);
        var run = stack is "features" or "telemetry" or "pools"
            ? await SomeStack.NamedAsync(stack)
            : await SomeStack.OfRepositoryAsync(stack, foundationOnly, cloud);
        var literals = new List<(string, string, JsonObject)>();
        foreach (var resource in run.Resources)
        {
            // On the wire, a provider's flags and numbers are strings, but its types describe the program's values.
            if (resource.Type.StartsWith("pulumi:providers:", StringComparison.Ordinal))
                literals.Add((resource.Type, resource.Name, await new InputReader(SecretDigest.ForThisProcess()).ReadAsync(resource.Args)));
            else if (resource.Type.Split(':')[0] is "oci" or "kubernetes")
                literals.Add((resource.Type, resource.Name, resource.Json()));
        }

        literals.AddRange(cloud.Calls.Select(static call => (call.Token!, "", JsonSerializer.SerializeToNode(call.Args)!.AsObject())));
        return literals;
    }

    private static async Task<ILookup<string, string>> CompileAsync()
    {
        using var process = Process.Start(new ProcessStartInfo(
            "node",
            [Compiler, "--project", Folder, "--pretty", "false"])
        { WorkingDirectory = Folder, RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        // An error begins with its file, as in dev-serving.ts(7,9): error TS2353. Indented lines continue it.
        Assert.All(
            lines.Where(static line => !line.StartsWith(' ')),
            static line => Assert.Matches(@"^[\w-]+\.ts\(\d+,\d+\): error TS\d+: ", line));
        var found = new List<string>();
        foreach (var line in lines)
        {
            if (line.StartsWith(' '))
                found[^1] += "\n" + line;
            else
                found.Add(line);
        }

        return found.ToLookup(static error => error[..error.IndexOf('(', StringComparison.Ordinal)]);
    }
}
