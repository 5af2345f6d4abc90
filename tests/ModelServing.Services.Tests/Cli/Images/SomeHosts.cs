using ModelServing.Cli;
using ModelServing.Cli.Images;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Images;

/// <summary>Small programs with the images' real settings, and a stack file, in a folder of their own.</summary>
internal sealed class SomeHosts : IDisposable
{
    private readonly TemporaryFolder folder = new();

    internal SomeHosts(string stackFile)
    {
        File.WriteAllText(Stack.FilePath, stackFile);
        foreach (var image in (string[])["router", "inference"])
            WriteProgram(image, "return 0;");
    }

    internal StackLocation Stack => new("dev", folder.FullPath);

    internal string StackText => File.ReadAllText(Stack.FilePath);

    internal string WorkFolder => folder.Combine("work");

    internal IReadOnlyList<ImageProject> Projects => [Project("router"), Project("inference")];

    internal ImageProject Project(string image) => new(image, folder.Combine(image, $"Some.{image}.csproj"));

    /// <summary>Where the SDK has put what goes into an image.</summary>
    internal string Published(string image, string runtime) => Path.Combine(WorkFolder, "published", image, runtime);

    internal void WriteProgram(string image, string program, string more = "")
    {
        Directory.CreateDirectory(folder.Combine(image));
        File.WriteAllText(folder.Combine(image, "Program.cs"), program);
        File.WriteAllText(Project(image).Path, $"""
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

    /// <summary>A stand-in as tests/Doubles builds one, for a program to reference.</summary>
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
}
