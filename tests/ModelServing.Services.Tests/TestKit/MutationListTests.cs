using ModelServing.TestKit;
using ModelServing.TestKit.Mutants;

namespace ModelServing.Services.Tests.TestKit;

/// <summary>The list of <c>./dev soak mutants</c> stays true while the sources change: without these tests, the soak would be the first to
/// find out, an hour later.</summary>
public sealed class MutationListTests
{
    private static readonly string[] Classes =
        [.. typeof(MutationListTests).Assembly.GetTypes().Where(static type => type is { IsAbstract: false, IsPublic: true })
            .Select(static type => "." + type.FullName)];

    public static TheoryData<string> Areas { get; } = [.. MutationFile.Areas];

    [Theory]
    [MemberData(nameof(Areas))]
    public void Each_mutation_changes_its_file_in_one_place(string area)
    {
        var mutations = MutationFile.Read(area);
        Assert.NotEmpty(mutations);
        foreach (var mutation in mutations)
        {
            var source = File.ReadAllText(Repository.Combine(mutation.File.Split('/')));
            Assert.NotEqual(source, mutation.Apply(source));
            Assert.True(File.Exists(Repository.Combine(mutation.Project.Split('/'))), mutation.Project);
        }

        Assert.Equal(mutations.Count, mutations.Select(static mutation => mutation.ToString()).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Areas))]
    public void Each_mutation_names_classes_of_these_tests(string area)
    {
        foreach (var mutation in MutationFile.Read(area))
        {
            Assert.NotEmpty(mutation.Tests);
            foreach (var name in mutation.Tests)
                Assert.True(
                    Classes.Count(full => full.EndsWith("." + name, StringComparison.Ordinal)) == 1,
                    $"{mutation}: '{name}' is not the name of one test class");
        }
    }

    [Fact]
    public void Most_mutations_are_expected_to_be_noticed()
    {
        var all = MutationFile.Areas.SelectMany(MutationFile.Read).ToList();
        Assert.True(all.Count(static mutation => mutation.Survives is null) >= 0.9 * all.Count);
    }

    [Fact]
    public void A_text_that_is_missing_or_occurs_twice_is_refused()
    {
        var mutation = new Mutation("a", "p", "f", "n", "x > 1", "x >= 1", [], null);
        Assert.Equal("if (x >= 1)", mutation.Apply("if (x > 1)"));
        Assert.Throws<InvalidDataException>(() => mutation.Apply("if (x > 2)"));
        Assert.Throws<InvalidDataException>(() => mutation.Apply("if (x > 1 || x > 1)"));
    }
}
