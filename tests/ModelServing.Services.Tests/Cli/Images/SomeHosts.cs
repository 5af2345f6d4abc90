using ModelServing.Cli;
using ModelServing.Cli.Images;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Images;

/// <summary>Small programs with the images' real settings, and a stack file, in a temporary folder.</summary>
internal sealed class SomeHosts : IDisposable
{
    private readonly TemporaryFolder folder = new();

    internal StackLocation Stack => new("dev", folder.FullPath);

    internal string StackText => File.ReadAllText(Stack.FilePath);

    internal string WorkFolder => folder.Combine("work");

    internal IReadOnlyList<ImageProject> Projects => [Project("router"), Project("inference")];

    /// <summary>Writes the stack file, and the programs where they differ: an unchanged one need not be compiled again.</summary>
    internal void Reset(string stackFile)
    {
        File.WriteAllText(Stack.FilePath, stackFile);
        foreach (var image in (string[])["router", "inference"])
            WriteProgram(image, "return 0;");
    }

    internal ImageProject Project(string image) => new(image, folder.Combine(image, $"Some.{image}.csproj"));

    /// <summary>The folder with the content of an image.</summary>
    internal string Published(string image, string runtime) => Path.Combine(WorkFolder, "published", image, runtime);

    internal void WriteProgram(string image, string program, string more = "")
    {
        Directory.CreateDirectory(folder.Combine(image));
        Write(folder.Combine(image, "Program.cs"), program);
        Write(Project(image).Path, $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <Import Project="{Repository.Combine("services", "Image.targets")}" />
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <InvariantGlobalization>true</InvariantGlobalization>
              </PropertyGroup>
              <ItemGroup>
                <FrameworkReference Include="Microsoft.AspNetCore.App" />
                {more}
              </ItemGroup>
            </Project>
            """);
    }

    /// <summary>Writes a project of a double, as in tests/Doubles, and returns the reference to it.</summary>
    internal string WriteDouble()
    {
        Directory.CreateDirectory(folder.Combine("Store"));
        File.WriteAllText(folder.Combine("Store", "Store.cs"), "public static class Store;");
        File.WriteAllText(folder.Combine("Store", "Store.csproj"), """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <AssemblyName>Store.Double</AssemblyName>
              </PropertyGroup>
            </Project>
            """);
        return """<ProjectReference Include="../Store/Store.csproj" />""";
    }

    public void Dispose() => folder.Dispose();

    private static void Write(string path, string content)
    {
        if (!File.Exists(path) || File.ReadAllText(path) != content)
            File.WriteAllText(path, content);
    }
}
