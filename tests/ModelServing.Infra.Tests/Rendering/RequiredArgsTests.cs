using System.Reflection;
using System.Runtime.CompilerServices;
using ModelServing.Infra.Naming;
using ModelServing.Infra.Tests.Stacks;

namespace ModelServing.Infra.Tests.Rendering;

[Collection(nameof(OneAtATime))]
public class RequiredArgsTests
{
    public static TheoryData<Type, string> Required
    {
        get
        {
            var data = new TheoryData<Type, string>();
            foreach (var type in typeof(ComponentArgs).Assembly.GetTypes()
                .Where(type => type is { IsAbstract: false } && type.IsAssignableTo(typeof(ComponentArgs))))
            {
                foreach (var property in type.GetProperties()
                    .Where(property => property.IsDefined(typeof(RequiredMemberAttribute)) && !property.PropertyType.IsValueType))
                    data.Add(type, property.Name);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Required))]
    public async Task A_missing_required_argument_is_named(Type args, string property)
    {
        var name = args.FullName![..^"Args".Length];
        var component = args.Assembly.GetType(name + "Component") ?? args.Assembly.GetType(name)!;
        var refusal = await Rendered.RefusalAsync(some =>
        {
            var given = RuntimeHelpers.GetUninitializedObject(args);
            foreach (var other in args.GetProperties().Where(other => other.CanWrite && other.Name != property))
                other.SetValue(given, Value(other, some));
            try
            {
                Activator.CreateInstance(component, "some", given, some.Options);
            }
            catch (TargetInvocationException e)
            {
                throw e.InnerException!;
            }
        });
        Assert.Contains($"{args.Name}.{property} is required but was not given", refusal, StringComparison.Ordinal);
    }

    // Any value will do, because missing arguments are reported before wrong ones.
    private static object? Value(PropertyInfo property, SomeEnvironment some) => property.PropertyType switch
    {
        { IsValueType: true } type => Activator.CreateInstance(type),
        var type when type == typeof(string) => "some",
        var type when type == typeof(EnvironmentNames) => some.Names,
        var type when type == typeof(Pulumi.Input<string>) => (Pulumi.Input<string>)"some",
        var type when type == typeof(Pulumi.Input<Pulumi.Resource>) => (Pulumi.Input<Pulumi.Resource>)some.HomeRegion,
        var type when type == typeof(Pulumi.Oci.Provider) => some.HomeRegion,
        { IsInterface: true } type => Array.CreateInstance(type.GetGenericArguments()[0], 0),
        var type => RuntimeHelpers.GetUninitializedObject(type),
    };
}
