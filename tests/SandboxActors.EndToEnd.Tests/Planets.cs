namespace SandboxActors.EndToEnd.Tests;

/// <summary>The guest's n-body computation once more, with every operation in the same order.</summary>
internal static class Planets
{
    private const double Step = 0.01;

    /// <summary>The energy after some steps.</summary>
    public static double Energy(int steps)
    {
        Body[] bodies =
        [
            new(0.001, -0.002, 0.003, 0, 0, 0, 39.47841760435743),
            new(4.841431442464721, -1.1603200440274284, -0.10362204447112311, 0.606326392995832, 2.81198684491626, -0.02521836165988763, 0.03769367487038949),
            new(8.34336671824458, 4.124798564124305, -0.4035234171143214, -1.0107743461787924, 1.8256623712304119, 0.008415761376584154, 0.011286326131968767),
            new(12.894369562139131, -15.111151401698631, -0.22330757889265573, 1.0827910064415354, 0.8687130181696082, -0.010832637401363636, 0.0017237240570597112),
            new(15.379697114850917, -25.919314609987964, 0.17925877295037118, 0.979090732243898, 0.5946989986476762, -0.034755955550407, 0.0020336868699246304),
        ];
        for (int step = 0; step < steps; step++) Advance(bodies);

        double sum = 0;
        for (int i = 0; i < bodies.Length; i++)
        {
            Body body = bodies[i];
            sum += 0.5 * body.Mass * ((body.Vx * body.Vx) + (body.Vy * body.Vy) + (body.Vz * body.Vz));
            for (int j = i + 1; j < bodies.Length; j++)
            {
                double dx = body.X - bodies[j].X;
                double dy = body.Y - bodies[j].Y;
                double dz = body.Z - bodies[j].Z;
                sum -= body.Mass * bodies[j].Mass / Math.Sqrt((dx * dx) + (dy * dy) + (dz * dz));
            }
        }

        return sum;
    }

    private static void Advance(Body[] bodies)
    {
        for (int i = 0; i < bodies.Length; i++)
        {
            for (int j = i + 1; j < bodies.Length; j++) Attract(ref bodies[i], ref bodies[j]);
        }

        for (int i = 0; i < bodies.Length; i++)
        {
            bodies[i].X += Step * bodies[i].Vx;
            bodies[i].Y += Step * bodies[i].Vy;
            bodies[i].Z += Step * bodies[i].Vz;
        }
    }

    private static void Attract(ref Body one, ref Body other)
    {
        double dx = one.X - other.X;
        double dy = one.Y - other.Y;
        double dz = one.Z - other.Z;
        double squared = (dx * dx) + (dy * dy) + (dz * dz);
        double magnitude = Step / (squared * Math.Sqrt(squared));
        one.Vx -= dx * other.Mass * magnitude;
        one.Vy -= dy * other.Mass * magnitude;
        one.Vz -= dz * other.Mass * magnitude;
        other.Vx += dx * one.Mass * magnitude;
        other.Vy += dy * one.Mass * magnitude;
        other.Vz += dz * one.Mass * magnitude;
    }

    private record struct Body(double X, double Y, double Z, double Vx, double Vy, double Vz, double Mass);
}
