using System.Reflection;
using System.Text.Json.Serialization;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;

namespace ModelServing.Services.Tests.Contracts;

/// <summary>A member that is left out of a document has its documented default.</summary>
public class KeptDefaultsTests
{
    // Every assembly that reads a document.
    private static readonly Assembly[] Readers =
    [
        typeof(PlanDocument).Assembly, typeof(ModelServing.Registry.Manifest).Assembly,
        typeof(ModelServing.Rollout.Journal.JournalSnapshot).Assembly, typeof(ModelServing.Router.RouterHost).Assembly,
        typeof(ModelServing.Functions.FunctionsHost).Assembly,
    ];

    [Fact]
    public void No_type_of_a_document_loses_a_default()
    {
        var kept = 0;
        foreach (var context in Readers.SelectMany(static assembly => assembly.GetTypes())
            .Where(static type => type.IsSubclassOf(typeof(JsonSerializerContext))))
        {
            var generated = (JsonSerializerContext)context.GetProperty("Default")!.GetValue(null)!;
            foreach (var type in TypesOf(generated))
            {
                foreach (var member in KeptDefaults.LostDefaults(type))
                {
                    // What is only written needs no default.
                    if (context != typeof(ContractsJson))
                        Assert.True(IsOnlyWritten(type), $"{type.Name}.{member}: read it with {nameof(KeptDefaults)}");
                    kept++;
                }
            }
        }

        // TokenRules and ModelStatus have two each.
        Assert.True(kept >= 4, $"only {kept} defaults were found");
    }

    [Fact]
    public void A_status_without_its_optional_lists_has_empty_ones()
    {
        var status = ModelStatus.Parse("""{"model":"fraud","condition":"serving","variants":[],"lastSeq":0}"""u8);
        Assert.Empty(status.KeptWarm);
        Assert.Empty(status.Condemned);
    }

    private static bool IsOnlyWritten(Type type) => type.Name is "LoadReport";

    private static HashSet<Type> TypesOf(JsonSerializerContext context)
    {
        var found = new HashSet<Type>();
        var next = new Stack<Type>(context.GetType().GetCustomAttributesData()
            .Where(static attribute => attribute.AttributeType == typeof(JsonSerializableAttribute))
            .Select(static attribute => (Type)attribute.ConstructorArguments[0].Value!));
        while (next.TryPop(out var type))
        {
            if (context.GetTypeInfo(type) is not { } info || !found.Add(type))
                continue;
            foreach (var property in info.Properties)
                next.Push(property.PropertyType);
            if (info.ElementType is { } element)
                next.Push(element);
            foreach (var derived in info.PolymorphismOptions?.DerivedTypes ?? [])
                next.Push(derived.DerivedType);
        }

        return found;
    }
}
